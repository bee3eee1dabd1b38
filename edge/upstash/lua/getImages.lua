-- KEYS encounter; ARGV session id, ttl.
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
return {'ok', redis.call('HGETALL', KEYS[1])}
