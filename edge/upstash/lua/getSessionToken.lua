-- Looks up a QR token. KEYS: token. It writes back what it read: a script that writes
-- is never run by a replica, which might lag behind.
local way = redis.call('GET', KEYS[1])
if not way then return {'token_invalid'} end
redis.call('SET', KEYS[1], way, 'KEEPTTL')
return {'ok', way}
