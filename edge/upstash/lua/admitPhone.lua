-- Admits the phone that waits with a number. The number of a phone that was admitted
-- changes nothing: the desktop repeats it if it has no response.
-- ARGV: number, limit of wrong numbers, limit of phones. At the limit of wrong
-- numbers, every invitation and every waiting phone is refused.
local session, refused = live()
if not session then return {refused} end
local waiting, repeated = {}, false
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local kind, id = string.match(all[i], '^(%a+):(.*)$')
  local matches = all[i + 1] == ARGV[5]
  if kind == 'wait' and matches then
    makeRoom(all, tonumber(ARGV[7]))
    redis.call('HDEL', KEYS[1], all[i], 'asked:' .. id, 'wrong')
    redis.call('HSET', KEYS[1], 'seen:' .. id, now, 'joined', now, 'admitted:' .. id, ARGV[5])
    return {'ok', changed()}
  end
  if kind == 'wait' then table.insert(waiting, id) end
  if kind == 'admitted' and matches then repeated = true end
end
if repeated then return {'ok', redis.call('HGET', KEYS[1], 'revision')} end
if redis.call('HINCRBY', KEYS[1], 'wrong', 1) >= tonumber(ARGV[6]) then
  for _, id in ipairs(waiting) do refuse(id) end
  redis.call('HDEL', KEYS[1], 'wrong')
  redis.call('HINCRBY', KEYS[1], 'generation', 1)
  changed()
end
return {'token_invalid'}
