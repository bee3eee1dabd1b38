-- Looks up a typed code. KEYS: code, counter of wrong codes. ARGV: limit of wrong
-- codes, and the time in which they count. It writes back what it read: a script that
-- writes is never run by a replica, which might lag behind.
if tonumber(redis.call('GET', KEYS[2]) or 0) >= tonumber(ARGV[1]) then return {'rate_limited'} end
local invitation = redis.call('GET', KEYS[1])
if invitation then
  redis.call('SET', KEYS[1], invitation, 'KEEPTTL')
  return {'ok', invitation}
end
if redis.call('INCR', KEYS[2]) == 1 then redis.call('PEXPIRE', KEYS[2], ARGV[2]) end
return {'token_invalid'}
