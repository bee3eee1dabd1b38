-- The beginning of every script that works on a session.
-- KEYS: the encounter's hash, the hash of its objects that are to be deleted.
-- ARGV: session id, now, ttl, phone id, then the script's own from the fifth on.
-- Times are Unix milliseconds. A ttl of 0 extends nothing: no person acted. A
-- desktop's phone id is empty.
local now = tonumber(ARGV[2])

-- live returns the session as JSON, or nil and the code that refuses the call.
-- It always writes, so that no replica runs the script.
local function live()
  local fields = redis.call('HMGET', KEYS[1], 'session', 'id', 'expires', 'ends', 'seen:' .. ARGV[4])
  if not fields[1] or fields[2] ~= ARGV[1] or now >= tonumber(fields[3]) then return nil, 'session_expired' end
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

-- doom notes that an object is to be deleted at once, and once more at the given
-- time if a signed URL may bring it back until then. The bucket's own rule deletes
-- everything after a day.
local function doom(key, till)
  local known = tonumber(redis.call('HGET', KEYS[2], key) or 0)
  redis.call('HSET', KEYS[2], key, math.max(till, math.abs(known)))
  redis.call('PEXPIRE', KEYS[2], 93600000)
end

-- lastURL is when the last URL expires that may have been signed for an image.
local lastURL = now + urlLife

-- leftovers returns what is noted of each object that is to be deleted.
local function leftovers()
  local notes, all = {}, redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 9) == 'sessions/' then notes[all[i]] = tonumber(all[i + 1]) end
  end
  return notes
end

-- doomed returns the keys of the objects that are to be deleted now.
local function doomed()
  local keys = {}
  for key, till in pairs(leftovers()) do
    if now >= -till then table.insert(keys, key) end
  end
  return keys
end

-- contents returns the session's images as JSON and its slots, by id, how many
-- there are, and all fields. It removes slots that lapsed.
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

-- makeRoom forgets the phone that called longest ago if there are as many as may be.
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
  if phones >= most then redis.call('HDEL', KEYS[1], 'seen:' .. idle, 'phone:' .. idle) end
end

-- refuse ends the waiting of a phone that was not admitted.
local function refuse(id) redis.call('HDEL', KEYS[1], 'wait:' .. id, 'asked:' .. id, 'phone:' .. id) end

-- encode writes an image; to Lua an object without fields is a list.
local function encode(image)
  local json = cjson.encode(image)
  if string.find(json, '"metadata":[]', 1, true) then json = string.gsub(json, '"metadata":%[%]', '"metadata":{}') end
  return json
end

-- Objects that the script returns for its caller to delete; nil: the script deletes none.
local mine
