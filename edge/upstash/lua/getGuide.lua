-- Returns the guide, empty if there is none.
local session, refused = live()
if not session then return {refused} end
return {'ok', redis.call('HGET', KEYS[1], 'guide') or ''}
