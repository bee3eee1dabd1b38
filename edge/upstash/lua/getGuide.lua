-- Returns the guide, or an empty string.
local session, refused = live()
if not session then return {refused} end
return {'ok', redis.call('HGET', KEYS[1], 'guide') or ''}
