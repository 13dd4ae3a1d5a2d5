package explain

func (s *Statement) tree() string          { return "" }
func (s *Statement) json() (string, error) { return "", nil }
