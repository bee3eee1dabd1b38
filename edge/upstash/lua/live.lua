-- Refuses a session that is gone or has another id, and refreshes the two hours
-- of one that is there. It stands before each script that works on a session.
local function live(key, id, ttl)
  local session = redis.call('HGET', key, 'session')
  if not session or cjson.decode(session).id ~= id then return nil end
  redis.call('PEXPIRE', key, ttl)
  return session
end
