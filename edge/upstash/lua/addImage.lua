-- Confirms an image, or updates the metadata of a confirmed one.
-- ARGV: image id, s3Key, size, sha256, image as JSON, its metadata's version,
-- limit. Returns the stored image, the number of images, the revision, and 1 if the
-- image was added, 2 if its metadata was updated, 0 otherwise.
local session, refused = live()
if not session then
  -- A URL that was signed before the session ended may have stored the object again.
  if redis.call('HEXISTS', KEYS[2], ARGV[6]) == 1 then
    doom(ARGV[6], 0)
    toDelete = doomed()
  end
  return {refused}
end
local gone = redis.call('HGET', KEYS[1], 'gone:' .. ARGV[5])
if gone then
  -- A URL that was signed before the removal may have stored the object again.
  doom(gone, 0)
  toDelete = doomed()
  return {'image_removed', ARGV[5]}
end
local images, slots = contents()
local count = 0
for _ in pairs(images) do count = count + 1 end
local stored, slot = images[ARGV[5]], slots[ARGV[5]]
if stored then
  local image = cjson.decode(stored)
  if image.correctedBy or tonumber(ARGV[10]) <= (image.metadataVersion or 0) then
    return {'ok', stored, count, redis.call('HGET', KEYS[1], 'revision'), 0}
  end
  local newer = cjson.decode(ARGV[9])
  image.metadata, image.metadataVersion, image.updatedAt = newer.metadata, newer.metadataVersion, newer.updatedAt
  stored = encode(image)
  redis.call('HSET', KEYS[1], 'image:' .. ARGV[5], stored)
  return {'ok', stored, count, changed(), 2}
end
if not slot or slot.s3Key ~= ARGV[6] then
  -- The object arrived after its slot had lapsed. No other image uses it, because its key contains the image's id.
  doom(ARGV[6], 0)
  toDelete = doomed()
  return {'object_missing'}
end
if slot.size ~= tonumber(ARGV[7]) or (ARGV[8] ~= '' and slot.sha256 ~= ARGV[8]) then return {'object_missing'} end
if count >= tonumber(ARGV[11]) then return {'limit_reached'} end
redis.call('HSET', KEYS[1], 'image:' .. ARGV[5], ARGV[9])
redis.call('HDEL', KEYS[1], 'slot:' .. ARGV[5])
return {'ok', ARGV[9], count + 1, changed(), 1}
