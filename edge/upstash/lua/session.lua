-- The beginning of every script that works on a session.
-- KEYS: the encounter's hash, the hash of its objects that must be deleted.
-- ARGV: session id, now, ttl, phone id, then the script's own arguments from the
-- fifth on. Times are Unix milliseconds. With a ttl of 0 the session is not extended,
-- because no person acted. A desktop's phone id is empty.
local now = tonumber(ARGV[2])

-- live returns the session as JSON, or nil and session_ended, session_expired or
-- phone_removed. It extends the session, unless ttl is 0. It always writes: a script
-- that writes is never run by a replica, which might lag behind.
local function live()
  local fields = redis.call('HMGET', KEYS[1], 'session', 'id', 'expires', 'ends', 'seen:' .. ARGV[4], 'ended')
  if not fields[1] or fields[2] ~= ARGV[1] or now >= tonumber(fields[3]) then
    return nil, fields[6] == ARGV[1] and 'session_ended' or 'session_expired'
  end
  if ARGV[4] ~= '' then
    if not fields[5] then return nil, 'phone_removed' end
    redis.call('HSET', KEYS[1], 'seen:' .. ARGV[4], now)
  end
  local expires = math.max(tonumber(fields[3]), math.min(now + tonumber(ARGV[3]), tonumber(fields[4])))
  redis.call('HSET', KEYS[1], 'expires', expires)
  redis.call('PEXPIRE', KEYS[1], expires - now)
  return fields[1]
end

local function changed() return redis.call('HINCRBY', KEYS[1], 'revision', 1) end

-- doom notes that an object must be deleted at once, and once more at the given time
-- if a signed URL may store it again until then. The note is kept for 26 hours,
-- because the bucket's lifecycle rule deletes every object after a day.
local function doom(key, till)
  local known = tonumber(redis.call('HGET', KEYS[2], key) or 0)
  redis.call('HSET', KEYS[2], key, math.max(till, math.abs(known)))
  redis.call('PEXPIRE', KEYS[2], 93600000)
end

-- lastURL is when every URL that was signed until now has expired.
local lastURL = now + urlLife

-- leftovers returns the notes of all objects that must be deleted, by key.
local function leftovers()
  local notes, all = {}, redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 9) == 'sessions/' then notes[all[i]] = tonumber(all[i + 1]) end
  end
  return notes
end

-- doomed returns the keys of the objects that must be deleted now.
local function doomed()
  local keys = {}
  for key, till in pairs(leftovers()) do
    if now >= -till then table.insert(keys, key) end
  end
  return keys
end

-- contents returns the session's images as JSON and its slots, both by id, how many
-- they are together, and all fields of the hash. It removes slots that lapsed.
local function contents()
  local images, slots, taken, lapsed = {}, {}, 0, false
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    local kind, id = string.match(all[i], '^(%a+):(.*)$')
    if kind == 'image' then
      images[id] = all[i + 1]
      taken = taken + 1
    elseif kind == 'slot' then
      local slot = cjson.decode(all[i + 1])
      if slot.lapses > now then
        slots[id] = slot
        taken = taken + 1
      else
        redis.call('HDEL', KEYS[1], all[i])
        doom(slot.s3Key, lastURL)
        lapsed = true
      end
    end
  end
  if lapsed then
    changed()
    all = redis.call('HGETALL', KEYS[1])
  end
  return images, slots, taken, all
end

-- makeRoom forgets the phone that called longest ago if the limit of phones is reached.
local function makeRoom(all, most)
  local phones, idle, since = 0, nil, nil
  for i = 1, #all, 2 do
    local id = string.match(all[i], '^seen:(.*)$')
    if id then
      phones = phones + 1
      local seen = tonumber(all[i + 1])
      if not since or seen < since then idle, since = id, seen end
    end
  end
  if phones >= most then redis.call('HDEL', KEYS[1], 'seen:' .. idle, 'admitted:' .. idle, 'phone:' .. idle) end
end

-- refuse removes a waiting phone that was not admitted.
local function refuse(id) redis.call('HDEL', KEYS[1], 'wait:' .. id, 'asked:' .. id, 'phone:' .. id) end

-- encode returns an image as JSON. cjson writes an empty object as a list, so that is
-- corrected for metadata.
local function encode(image)
  local json = cjson.encode(image)
  if string.find(json, '"metadata":[]', 1, true) then json = string.gsub(json, '"metadata":%[%]', '"metadata":{}') end
  return json
end

-- The objects that the script returns for its caller to delete. If a script leaves it
-- nil, sweep.lua may fill it.
local toDelete
