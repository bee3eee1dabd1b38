-- KEYS encounter, token; ARGV session id, ttl, encounterId, token ttl.
local session = live(KEYS[1], ARGV[1], ARGV[2])
if not session then return {'session_expired'} end
local generation = redis.call('HINCRBY', KEYS[1], 'generation', 1)
redis.call('SET', KEYS[2], cjson.encode({encounterId = ARGV[3], sessionId = ARGV[1], generation = generation}), 'PX', ARGV[4])
return {'ok', session}
