-- KEYS encounter, token, code; ARGV session, its id, ttl, encounterId, token ttl.
local session = redis.call('HGET', KEYS[1], 'session')
if not session then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'session', ARGV[1], 'generation', 0, 'revision', 0)
  session = ARGV[1]
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
invite(KEYS[2], KEYS[3], ARGV[4], cjson.decode(session).id, tonumber(redis.call('HGET', KEYS[1], 'generation')), ARGV[5])
return {'ok', session}
