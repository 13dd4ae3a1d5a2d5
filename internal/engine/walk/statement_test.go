package walk

import (
	"testing"

	"github.com/dolthub/vitess/go/vt/sqlparser"
)

func TestVisitReachesBodies(t *testing.T) {
	stmt, err := sqlparser.Parse("create procedure p() begin declare c cursor for select d.f(a) from t; " +
		"if d.f(1) then set x = d.f(2); end if; while d.f(3) do insert into t values (d.f(4)); end while; end")
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	EachFunction(stmt, func(*sqlparser.FuncExpr) { calls++ })
	if calls != 5 {
		t.Errorf("found %d calls, want 5", calls)
	}
}
