mine = doomed()
return {'ok'}
