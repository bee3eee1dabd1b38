-- KEYS encounter; ARGV session id, ttl.
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
local fields = redis.call('HMGET', KEYS[1], 'session', 'revision', 'phone')
return {'ok', {'session', fields[1], 'revision', fields[2], 'phone', fields[3] or '0'}}
