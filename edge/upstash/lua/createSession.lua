-- KEYS encounter, token; ARGV session, its id, ttl, encounterId, token ttl.
local session = redis.call('HGET', KEYS[1], 'session')
if not session then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'session', ARGV[1], 'generation', 0, 'revision', 0)
  session = ARGV[1]
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local generation = tonumber(redis.call('HGET', KEYS[1], 'generation'))
redis.call('SET', KEYS[2], cjson.encode({encounterId = ARGV[4], sessionId = cjson.decode(session).id, generation = generation}), 'PX', ARGV[5])
return {'ok', session}
