-- Reserves a slot for each image, all or none.
-- ARGV: limit, then for each image its id, size, sha256, s3Key and when its slot
-- lapses. Returns the keys, the revision, and 1 if a slot is new.
local session, refused = live()
if not session then return {refused} end
local images, slots, taken = contents()
local keys, writes, new = {}, {}, 0
for i = 6, #ARGV, 5 do
  local id, size, sha, key, lapses = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3], tonumber(ARGV[i + 4])
  if redis.call('HEXISTS', KEYS[1], 'gone:' .. id) == 1 then return {'image_removed', id} end
  local held = images[id] and cjson.decode(images[id]) or slots[id]
  if held and (held.size ~= size or held.sha256 ~= sha) then return {'bad_request'} end
  if held then key = held.s3Key else taken, new = taken + 1, 1 end
  if not images[id] then
    writes['slot:' .. id] = cjson.encode({
      s3Key = key, size = size, sha256 = sha, lapses = lapses, phoneId = ARGV[4],
      reserved = held and held.reserved or now,
    })
  end
  table.insert(keys, key)
end
if taken > tonumber(ARGV[5]) then return {'limit_reached'} end
for field, value in pairs(writes) do redis.call('HSET', KEYS[1], field, value) end
return {'ok', keys, new == 1 and changed() or redis.call('HGET', KEYS[1], 'revision'), new}
