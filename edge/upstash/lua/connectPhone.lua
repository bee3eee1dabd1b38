-- ARGV: generation, phone id, phone as JSON, how many phones there may be, the
-- number to begin with if the phone is to wait, -1 if not. Returns the session,
-- when it expires, the revision, how many images there are, and the number that
-- the phone waits with. Of too many phones, the one that called longest ago is
-- forgotten.
local session = live()
if not session or redis.call('HGET', KEYS[1], 'generation') ~= ARGV[5] then return {'token_invalid'} end
local images, phones, idle, since, waiting = 0, 0, nil, nil, {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local kind, id = string.match(all[i], '^(%a+):(.*)$')
  if kind == 'image' then images = images + 1 end
  if kind == 'wait' then waiting[all[i + 1]] = true end
  if kind == 'seen' then
    phones = phones + 1
    local seen = tonumber(all[i + 1])
    if not since or seen < since then idle, since = id, seen end
  end
end
local number, first = '', tonumber(ARGV[9])
if first >= 0 then
  for i = 0, 89 do
    number = tostring(10 + (first + i) % 90)
    if not waiting[number] then break end
    number = nil
  end
  if not number then return {'rate_limited'} end
  redis.call('HSET', KEYS[1], 'wait:' .. ARGV[6], number)
else
  if phones >= tonumber(ARGV[8]) then redis.call('HDEL', KEYS[1], 'seen:' .. idle, 'phone:' .. idle) end
  redis.call('HSET', KEYS[1], 'seen:' .. ARGV[6], now, 'joined', now)
end
redis.call('HSET', KEYS[1], 'phone:' .. ARGV[6], ARGV[7])
return {'ok', session, redis.call('HGET', KEYS[1], 'expires'), changed(), images, number}
