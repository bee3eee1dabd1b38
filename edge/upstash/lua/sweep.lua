-- The end of every script that works on a session. At most once in sweepPause it adds
-- to the reply the objects that an earlier call should have deleted.
local reply = act()
if not toDelete and redis.call('EXISTS', KEYS[2]) == 1 then
  local tried = tonumber(redis.call('HGET', KEYS[2], 'tried') or 0)
  if now - tried >= sweepPause then
    toDelete = doomed()
    if #toDelete > 0 then redis.call('HSET', KEYS[2], 'tried', now) end
  end
end
table.insert(reply, 2, toDelete or {})
return reply
