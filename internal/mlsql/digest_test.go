package mlsql

import "testing"

func TestDigestText(t *testing.T) {
	for text, want := range map[string]string{
		"select f( 'it''s' ) -- why\nfrom `T` where id>12;": "SELECT F ( ? ) FROM `T` WHERE ID > ?",
		"INSERT INTO t VALUES (1, 2.5, 'x'), (4,5,6)":       "INSERT INTO T VALUES ( ? , ... ) , ( ? , ... )",
		"CALL enrich(7)":       "CALL ENRICH ( ? )",
		"SELECT 1 , a , 2 , 3": "SELECT ? , A , ? , ...",
		"SELECT 'no end":       "SELECT ?",
		"":                     "",
		"UPDATE t SET a = @v /* c */ WHERE b IN ('x')": "UPDATE T SET A = @v WHERE B IN ( ? )",
		"/*!80000 SELECT */ 1":                         "SELECT ?",
	} {
		if got := DigestText(text, Options{}); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if Digest("SELECT f(1)", Options{}) != Digest("select F(22)", Options{}) || Digest("SELECT f(1)", Options{}) == Digest("SELECT g(1)", Options{}) {
		t.Error("digests")
	}
}

func FuzzDigestText(f *testing.F) {
	f.Add("SELECT f('a', 1, /*!80000 2 */ 3) -- x")
	f.Fuzz(func(t *testing.T, text string) {
		once := DigestText(text, Options{})
		if len(once) > 4*len(text)+4 {
			t.Errorf("%q became %d bytes", text, len(once))
		}
	})
}
