toDelete = doomed()
return {'ok'}
