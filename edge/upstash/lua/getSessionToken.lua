-- Looks up a QR token. KEYS: token. It writes back what it read: a script that writes
-- is never run by a replica, which might lag behind.
local invitation = redis.call('GET', KEYS[1])
if not invitation then return {'token_invalid'} end
redis.call('SET', KEYS[1], invitation, 'KEEPTTL')
return {'ok', invitation}
