-- invite stores a QR token and a typed code of a session's generation. If another
-- session has the same typed code, it is deleted so that it opens neither.
local function invite(token, code, encounterId, sessionId, generation, ttl)
  local invitation = cjson.encode({encounterId = encounterId, sessionId = sessionId, generation = generation})
  redis.call('SET', token, invitation, 'PX', ttl)
  if not redis.call('SET', code, invitation, 'NX', 'PX', ttl) then redis.call('DEL', code) end
end
