// Package arch holds tests of the code base itself: what may import what, what
// is documented, how long files and functions are, that the error table has no
// line twice, and that the pages in docs lead somewhere. It reads the sources
// and compiles nothing, so it is quick.
//
// imports_test.go has the table of the packages and is the file to change when
// a package is added; source_test.go has the rules that hold for every file,
// errors_test.go those for the error table, docs_test.go those for the pages.
// tree_test.go reads the sources.
package arch
