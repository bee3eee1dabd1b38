-- Admits the phone that waits with a number.
-- ARGV: number, limit of wrong numbers, limit of phones. At the limit of wrong
-- numbers, every invitation and every waiting phone is refused.
local session, refused = live()
if not session then return {refused} end
local waiting = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local id = string.match(all[i], '^wait:(.*)$')
  if id and all[i + 1] == ARGV[5] then
    makeRoom(all, tonumber(ARGV[7]))
    redis.call('HDEL', KEYS[1], all[i], 'asked:' .. id, 'wrong')
    redis.call('HSET', KEYS[1], 'seen:' .. id, now, 'joined', now)
    return {'ok', changed()}
  end
  if id then table.insert(waiting, id) end
end
if redis.call('HINCRBY', KEYS[1], 'wrong', 1) >= tonumber(ARGV[6]) then
  for _, id in ipairs(waiting) do refuse(id) end
  redis.call('HDEL', KEYS[1], 'wrong')
  redis.call('HINCRBY', KEYS[1], 'generation', 1)
  changed()
end
return {'token_invalid'}
