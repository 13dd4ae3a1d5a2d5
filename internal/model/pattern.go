package model

import "strings"

// Match reports whether name is one of those that pattern stands for: * is any
// characters, slashes and none included, ? is exactly one. It goes
// back only to the last star, so its time is at most the product of the lengths.
func Match(pattern, name string) bool {
	p, n := []rune(pattern), []rune(name)
	pi, ni, star, retry := 0, 0, -1, 0
	for ni < len(n) {
		switch {
		case pi < len(p) && p[pi] == '*': // before equality: the name may hold a star itself
			star, retry = pi, ni
			pi++
		case pi < len(p) && (p[pi] == '?' || p[pi] == n[ni]):
			pi++
			ni++
		case star >= 0:
			retry++
			pi, ni = star+1, retry
		default:
			return false
		}
	}
	return strings.Trim(string(p[pi:]), "*") == ""
}
