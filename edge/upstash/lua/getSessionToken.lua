-- KEYS: token. It writes what it read, so that no replica runs the script.
local way = redis.call('GET', KEYS[1])
if not way then return {'token_invalid'} end
redis.call('SET', KEYS[1], way, 'KEEPTTL')
return {'ok', way}
