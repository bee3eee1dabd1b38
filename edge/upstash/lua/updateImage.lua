-- ARGV: image id, now (RFC 3339), who corrects as JSON, then pairs of a metadata
-- field and its value; an empty value removes it.
local session, refused = live()
if not session then return {refused} end
local field = 'image:' .. ARGV[5]
local image = redis.call('HGET', KEYS[1], field)
if not image then return {'image_not_found'} end
image = cjson.decode(image)
image.updatedAt = ARGV[6]
image.correctedBy = cjson.decode(ARGV[7])
for i = 8, #ARGV, 2 do
  if ARGV[i + 1] == '' then image.metadata[ARGV[i]] = nil else image.metadata[ARGV[i]] = ARGV[i + 1] end
end
image = encode(image)
redis.call('HSET', KEYS[1], field, image)
return {'ok', image, changed()}
