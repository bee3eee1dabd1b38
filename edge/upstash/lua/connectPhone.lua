-- Lets a phone join, or wait with a number until a person admits it.
-- ARGV: generation, phone id, phone as JSON, limit of phones, and the first number to
-- try if the phone has to wait, otherwise -1. Returns the session, when it expires,
-- the revision, the number of images, and the phone's number. A waiting phone that no
-- longer asks loses its number.
local session = live()
if not session or redis.call('HGET', KEYS[1], 'generation') ~= ARGV[5] then return {'token_invalid'} end
local images, numbers, admitted, asked = 0, {}, {}, {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local kind, id = string.match(all[i], '^(%a+):(.*)$')
  if kind == 'image' then images = images + 1 end
  if kind == 'wait' then numbers[all[i + 1]] = id end
  if kind == 'admitted' then admitted[all[i + 1]] = true end
  if kind == 'asked' then asked[id] = tonumber(all[i + 1]) end
end
local number, first = '', tonumber(ARGV[9])
if first >= 0 then
  for taken, id in pairs(numbers) do
    if now - (asked[id] or 0) >= waitLife then
      refuse(id)
      numbers[taken] = nil
    end
  end
  for i = 0, 89 do
    number = tostring(10 + (first + i) % 90)
    if not numbers[number] and not admitted[number] then break end
    number = nil
  end
  if not number then return {'rate_limited'} end
  redis.call('HSET', KEYS[1], 'wait:' .. ARGV[6], number, 'asked:' .. ARGV[6], now)
else
  makeRoom(all, tonumber(ARGV[8]))
  redis.call('HSET', KEYS[1], 'seen:' .. ARGV[6], now, 'joined', now)
end
redis.call('HSET', KEYS[1], 'phone:' .. ARGV[6], ARGV[7])
return {'ok', session, redis.call('HGET', KEYS[1], 'expires'), changed(), images, number}
