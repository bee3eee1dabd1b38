-- Stores a new invitation. Earlier ones stop working.
-- KEYS also: token, code. ARGV: encounter, token's ttl.
local session, refused = live()
if not session then return {refused} end
invite(KEYS[3], KEYS[4], ARGV[5], ARGV[1], redis.call('HINCRBY', KEYS[1], 'generation', 1), ARGV[6])
return {'ok', session, redis.call('HGET', KEYS[1], 'expires')}
