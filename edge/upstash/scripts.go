package upstash

// The scripts. Each works on one encounter's hash, whose fields are
//
//	session       the session as JSON
//	generation    counts renewals of the QR token
//	revision      moves on every change
//	phone         Unix milliseconds of the last phone that joined
//	image:{id}    a confirmed image as JSON
//	slot:{id}     a reservation as JSON, with lapses in Unix milliseconds
//
// A script answers an array whose first element is "ok" or an error's code.
// live() is the check that opens each: it refuses a session that is gone or
// has another id, and refreshes the two hours of one that is there.

const live = `
local function live(key, id, ttl)
  local session = redis.call('HGET', key, 'session')
  if not session or cjson.decode(session).id ~= id then return nil end
  redis.call('PEXPIRE', key, ttl)
  return session
end
`

var (
	// KEYS encounter, token; ARGV session, its id, ttl, encounterId, token ttl.
	createSession = newScript(`
local session = redis.call('HGET', KEYS[1], 'session')
if not session then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'session', ARGV[1], 'generation', 0, 'revision', 0)
  session = ARGV[1]
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local generation = tonumber(redis.call('HGET', KEYS[1], 'generation'))
redis.call('SET', KEYS[2], cjson.encode({encounterId = ARGV[4], sessionId = cjson.decode(session).id, generation = generation}), 'PX', ARGV[5])
return {'ok', session}
`)

	// KEYS encounter, token; ARGV session id, ttl, encounterId, token ttl.
	createSessionToken = newScript(live + `
local session = live(KEYS[1], ARGV[1], ARGV[2])
if not session then return {'session_expired'} end
local generation = redis.call('HINCRBY', KEYS[1], 'generation', 1)
redis.call('SET', KEYS[2], cjson.encode({encounterId = ARGV[3], sessionId = ARGV[1], generation = generation}), 'PX', ARGV[4])
return {'ok', session}
`)

	// KEYS encounter; ARGV session id, ttl, generation, now.
	connectPhone = newScript(live + `
local session = live(KEYS[1], ARGV[1], ARGV[2])
if not session or redis.call('HGET', KEYS[1], 'generation') ~= ARGV[3] then return {'token_invalid'} end
redis.call('HSET', KEYS[1], 'phone', ARGV[4])
redis.call('HINCRBY', KEYS[1], 'revision', 1)
return {'ok', redis.call('HGETALL', KEYS[1])}
`)

	// KEYS encounter; ARGV session id, ttl.
	getSession = newScript(live + `
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
local fields = redis.call('HMGET', KEYS[1], 'session', 'revision', 'phone')
return {'ok', {'session', fields[1], 'revision', fields[2], 'phone', fields[3] or '0'}}
`)

	// KEYS encounter; ARGV session id, ttl.
	getImages = newScript(live + `
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
return {'ok', redis.call('HGETALL', KEYS[1])}
`)

	// KEYS encounter; ARGV session id, ttl, now, limit, then for each image
	// its id, size, sha256, s3Key and when its slot lapses. Answers the keys.
	reserve = newScript(live + `
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
`)

	// KEYS encounter; ARGV session id, ttl, image id, s3Key, size, sha256,
	// image, limit. A slot that lapsed still serves while there is room.
	addImage = newScript(live + `
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
local count = 0
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 6) == 'image:' then count = count + 1 end
end
local stored = redis.call('HGET', KEYS[1], 'image:' .. ARGV[3])
if stored then return {'ok', stored, count, redis.call('HGET', KEYS[1], 'revision'), 0} end
local slot = redis.call('HGET', KEYS[1], 'slot:' .. ARGV[3])
if not slot then return {'object_missing'} end
slot = cjson.decode(slot)
if slot.s3Key ~= ARGV[4] or slot.size ~= tonumber(ARGV[5]) or (ARGV[6] ~= '' and slot.sha256 ~= ARGV[6]) then return {'object_missing'} end
if count >= tonumber(ARGV[8]) then return {'limit_reached'} end
local image = ARGV[7]
redis.call('HSET', KEYS[1], 'image:' .. ARGV[3], image)
redis.call('HDEL', KEYS[1], 'slot:' .. ARGV[3])
return {'ok', image, count + 1, redis.call('HINCRBY', KEYS[1], 'revision', 1), 1}
`)

	// KEYS encounter; ARGV session id, ttl, image id, now (RFC 3339), then
	// pairs of a metadata field and its value; an empty value removes it.
	updateImage = newScript(live + `
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
local field = 'image:' .. ARGV[3]
local image = redis.call('HGET', KEYS[1], field)
if not image then return {'image_not_found'} end
image = cjson.decode(image)
image.updatedAt = ARGV[4]
for i = 5, #ARGV, 2 do
  if ARGV[i + 1] == '' then image.metadata[ARGV[i]] = nil else image.metadata[ARGV[i]] = ARGV[i + 1] end
end
image = cjson.encode(image)
if string.find(image, '"metadata":[]', 1, true) then image = string.gsub(image, '"metadata":%[%]', '"metadata":{}') end
redis.call('HSET', KEYS[1], field, image)
return {'ok', image, redis.call('HINCRBY', KEYS[1], 'revision', 1)}
`)

	// KEYS encounter; ARGV session id, ttl, image id.
	removeImage = newScript(live + `
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
local image = redis.call('HGET', KEYS[1], 'image:' .. ARGV[3])
if not image then return {'image_not_found'} end
redis.call('HDEL', KEYS[1], 'image:' .. ARGV[3])
return {'ok', image, redis.call('HINCRBY', KEYS[1], 'revision', 1)}
`)

	// KEYS encounter; ARGV session id, ttl.
	deleteSession = newScript(live + `
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
local keys = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if string.match(all[i], '^image:') or string.match(all[i], '^slot:') then
    table.insert(keys, cjson.decode(all[i + 1]).s3Key)
  end
end
local revision = redis.call('HINCRBY', KEYS[1], 'revision', 1)
redis.call('DEL', KEYS[1])
return {'ok', keys, revision}
`)
)
