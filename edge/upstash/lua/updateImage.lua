-- Corrects an image's metadata. ARGV: image id, now (RFC 3339), who corrects as JSON,
-- metadata, the change's id, how many ids are remembered, then the names of the fields
-- that change. A field that the metadata lacks is removed.
local session, refused = live()
if not session then return {refused} end
local field, made = 'image:' .. ARGV[5], 'changes:' .. ARGV[5]
local image = redis.call('HGET', KEYS[1], field)
if not image then return {'image_not_found'} end
if ARGV[9] ~= '' then
  local ids = {ARGV[9]}
  for id in string.gmatch(redis.call('HGET', KEYS[1], made) or '', '%S+') do
    if id == ARGV[9] then return {'ok', image, redis.call('HGET', KEYS[1], 'revision')} end
    if #ids < tonumber(ARGV[10]) then table.insert(ids, id) end
  end
  redis.call('HSET', KEYS[1], made, table.concat(ids, ' '))
end
image = cjson.decode(image)
image.updatedAt = ARGV[6]
image.correctedBy = cjson.decode(ARGV[7])
local metadata = cjson.decode(ARGV[8])
for i = 11, #ARGV do image.metadata[ARGV[i]] = metadata[ARGV[i]] end
image = encode(image)
redis.call('HSET', KEYS[1], field, image)
return {'ok', image, changed()}
