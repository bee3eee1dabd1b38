local session, refused = live()
if not session then return {refused} end
local _, _, _, all = contents()
return {'ok', all}
