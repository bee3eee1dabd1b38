-- Creates a session, or returns the live one, and stores a new invitation.
-- KEYS also: token, code. ARGV: session as JSON, when it ends, patient, facility,
-- encounter, token's ttl, the patient's label. The label of a live session is
-- replaced, because the practice may have corrected the patient's name.
local stored = redis.call('HMGET', KEYS[1], 'session', 'expires', 'ends', 'id', 'ended')
local session, ends, id = stored[1], tonumber(stored[3]), stored[4]
if session and now < tonumber(stored[2]) then
  local known = cjson.decode(session)
  if known.patientId ~= ARGV[7] or known.facilityId ~= ARGV[8] then return {'encounter_mismatch'} end
  if known.patientLabel ~= ARGV[11] then
    known.patientLabel = ARGV[11]
    session = cjson.encode(known)
    redis.call('HSET', KEYS[1], 'session', session)
  end
else
  local images, slots = contents()
  for _, image in pairs(images) do doom(cjson.decode(image).s3Key, lastURL) end
  for _, slot in pairs(slots) do doom(slot.s3Key, slot.lapses) end
  session, ends, id = ARGV[5], tonumber(ARGV[6]), ARGV[1]
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'session', session, 'id', id, 'ends', ends, 'generation', 0, 'revision', 0)
  if stored[5] then redis.call('HSET', KEYS[1], 'ended', stored[5]) end
end
local expires = math.min(now + tonumber(ARGV[3]), ends)
redis.call('HSET', KEYS[1], 'expires', expires)
redis.call('PEXPIRE', KEYS[1], expires - now)
invite(KEYS[3], KEYS[4], ARGV[9], id, redis.call('HINCRBY', KEYS[1], 'generation', 1), ARGV[10])
return {'ok', session, expires}
