-- KEYS encounter; ARGV session id, ttl, generation, now.
local session = live(KEYS[1], ARGV[1], ARGV[2])
if not session or redis.call('HGET', KEYS[1], 'generation') ~= ARGV[3] then return {'token_invalid'} end
redis.call('HSET', KEYS[1], 'phone', ARGV[4])
redis.call('HINCRBY', KEYS[1], 'revision', 1)
return {'ok', redis.call('HGETALL', KEYS[1])}
