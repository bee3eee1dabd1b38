-- KEYS encounter, token, code; ARGV session id, ttl, encounterId, token ttl.
local session = live(KEYS[1], ARGV[1], ARGV[2])
if not session then return {'session_expired'} end
invite(KEYS[2], KEYS[3], ARGV[3], ARGV[1], redis.call('HINCRBY', KEYS[1], 'generation', 1), ARGV[4])
return {'ok', session}
