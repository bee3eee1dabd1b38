-- KEYS encounter; ARGV session id, ttl, now, limit, then for each image
-- its id, size, sha256, s3Key and when its slot lapses. Answers the keys.
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
local now, limit = tonumber(ARGV[3]), tonumber(ARGV[4])
local images, slots, taken = {}, {}, 0
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local kind, id = string.match(all[i], '^(%a+):(.*)$')
  if kind == 'image' then
    images[id] = cjson.decode(all[i + 1])
    taken = taken + 1
  elseif kind == 'slot' then
    slots[id] = cjson.decode(all[i + 1])
    if slots[id].lapses > now then taken = taken + 1 end
  end
end
local keys, writes = {}, {}
for i = 5, #ARGV, 5 do
  local id, size, sha, key, lapses = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3], tonumber(ARGV[i + 4])
  local old = images[id] or slots[id]
  local held = images[id] or (slots[id] and slots[id].lapses > now)
  if old and (old.size ~= size or old.sha256 ~= sha) then
    if held then return {'bad_request'} end
    old = nil
  end
  if not held then taken = taken + 1 end
  if old then key = old.s3Key end
  table.insert(keys, key)
  if not images[id] then
    slots[id] = {s3Key = key, size = size, sha256 = sha, lapses = lapses}
    writes['slot:' .. id] = cjson.encode(slots[id])
  end
end
if taken > limit then return {'limit_reached'} end
for field, value in pairs(writes) do redis.call('HSET', KEYS[1], field, value) end
return {'ok', keys}
