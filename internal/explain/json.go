package explain

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"airglow/internal/estimate"
)

// body is a query_block of FORMAT=JSON, or an operation within one. Costs are
// left out: the plan has none.
type body struct {
	SelectID       int        `json:"select_id,omitempty"`
	Message        string     `json:"message,omitempty"`
	UsingTemporary bool       `json:"using_temporary_table,omitempty"`
	UsingFilesort  *bool      `json:"using_filesort,omitempty"`
	UnionResult    *setResult `json:"union_result,omitempty"`
	Ordering       *body      `json:"ordering_operation,omitempty"`
	Distinct       *body      `json:"duplicates_removal,omitempty"`
	Windowing      *body      `json:"windowing,omitempty"`
	Grouping       *body      `json:"grouping_operation,omitempty"`
	Table          *tableJSON `json:"table,omitempty"`
	NestedLoop     []loop     `json:"nested_loop,omitempty"`
	InsertFrom     *body      `json:"insert_from,omitempty"`
	SelectList     []nested   `json:"select_list_subqueries,omitempty"`
	Others         []nested   `json:"having_subqueries,omitempty"`
}

// loop is one table of a nested loop.
type loop struct {
	Table *tableJSON `json:"table"`
}

// nested is a query within another.
type nested struct {
	UsingTemporary bool  `json:"using_temporary_table,omitempty"`
	Dependent      bool  `json:"dependent"`
	Cacheable      bool  `json:"cacheable"`
	QueryBlock     *body `json:"query_block"`
}

// setResult is the result of UNION, INTERSECT or EXCEPT.
type setResult struct {
	UsingTemporary bool     `json:"using_temporary_table"`
	UsingFilesort  bool     `json:"using_filesort,omitempty"`
	Operation      string   `json:"set_operation,omitempty"`
	Name           string   `json:"table_name,omitempty"`
	Access         string   `json:"access_type,omitempty"`
	Members        []nested `json:"query_specifications"`
}

// tableJSON is an access to a table.
type tableJSON struct {
	Insert             bool     `json:"insert,omitempty"`
	Update             bool     `json:"update,omitempty"`
	Delete             bool     `json:"delete,omitempty"`
	Message            string   `json:"message,omitempty"`
	Name               string   `json:"table_name,omitempty"`
	Access             string   `json:"access_type,omitempty"`
	PossibleKeys       []string `json:"possible_keys,omitempty"`
	Key                string   `json:"key,omitempty"`
	UsedKeyParts       []string `json:"used_key_parts,omitempty"`
	KeyLength          string   `json:"key_length,omitempty"`
	Ref                []string `json:"ref,omitempty"`
	Rows               *uint64  `json:"rows_examined_per_scan,omitempty"`
	Filtered           string   `json:"filtered,omitempty"`
	BackwardScan       bool     `json:"backward_index_scan,omitempty"`
	UsingIndex         bool     `json:"using_index,omitempty"`
	NotExists          bool     `json:"not_exists,omitempty"`
	FirstMatch         string   `json:"first_match,omitempty"`
	JoinBuffer         string   `json:"using_join_buffer,omitempty"`
	MergeJoin          bool     `json:"using_merge_join,omitempty"`
	Recursive          bool     `json:"recursive,omitempty"`
	Function           string   `json:"table_function,omitempty"`
	UsedColumns        []string `json:"used_columns,omitempty"`
	AttachedCondition  string   `json:"attached_condition,omitempty"`
	Materialized       *nested  `json:"materialized_from_subquery,omitempty"`
	AttachedSubqueries []nested `json:"attached_subqueries,omitempty"`

	MachineLearning *modelsJSON `json:"machine_learning,omitempty"`
}

// json is the document of FORMAT=JSON.
func (s *Statement) json(bill estimate.Bill) (string, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(struct {
		QueryBlock *body              `json:"query_block"`
		ModelCalls *estimate.Document `json:"model_calls,omitempty"`
	}{s.queryJSON(s.root), bill.Document()})
	if err != nil {
		return "", fmt.Errorf("explain: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func (s *Statement) queryJSON(q *query) *body {
	if len(q.members) == 1 {
		return s.blockJSON(q.members[0])
	}
	result := &setResult{UsingTemporary: q.hasResult(), UsingFilesort: q.sorted}
	if q.hasResult() {
		result.Name, result.Access = q.resultName(), fullScan
	}
	if q.operation != "UNION" {
		result.Operation = strings.ToLower(q.operation)
	}
	for _, b := range q.members {
		result.Members = append(result.Members, nested{
			Dependent: q.dependent, Cacheable: !q.volatile && !q.dependent, QueryBlock: s.blockJSON(b),
		})
	}
	return &body{UnionResult: result}
}

func (s *Statement) nestedJSON(q *query) nested {
	return nested{
		UsingTemporary: q.materialized, Dependent: q.dependent, Cacheable: !q.volatile && !q.dependent,
		QueryBlock: s.queryJSON(q),
	}
}

// blockJSON is a SELECT: its tables, and around them what is done with all rows.
func (s *Statement) blockJSON(b *block) *body {
	yes, no := true, false
	out := s.tablesJSON(b)
	if b.grouped {
		out = &body{Grouping: out.with(true, &no)}
	}
	if b.buffered {
		out = &body{Windowing: out.with(true, &b.windowSorted)}
	}
	if b.distinct {
		out = &body{Distinct: out.with(true, &no)}
	}
	if b.sorted {
		out = &body{Ordering: out.with(false, &yes)}
	}
	out.SelectID = b.id
	for _, q := range b.inner {
		if q.role == projectionRole {
			out.SelectList = append(out.SelectList, s.nestedJSON(q))
		} else if q.role == conditionRole && !b.attached(q) {
			out.Others = append(out.Others, s.nestedJSON(q))
		}
	}
	return out
}

// with makes a body that of an operation.
func (b *body) with(temporary bool, filesort *bool) *body {
	b.UsingTemporary, b.UsingFilesort = temporary, filesort
	return b
}

// attached reports whether a query is in a condition of a table.
func (b *block) attached(q *query) bool {
	for _, a := range b.tables {
		for _, inner := range a.inner {
			if inner == q {
				return true
			}
		}
	}
	return false
}

func (s *Statement) tablesJSON(b *block) *body {
	out := &body{}
	read := b.tables
	if read[0].written == insertKind || read[0].written == replaceKind {
		out.Table, read = s.tableJSON(read[0], b), read[1:]
		if len(read) > 0 {
			out.InsertFrom = s.readJSON(read, b)
		}
		return out
	}
	return s.readJSON(read, b)
}

func (s *Statement) readJSON(tables []*access, b *block) *body {
	if len(tables) == 1 {
		if a := tables[0]; a.message != "" && a.written == "" {
			return &body{Message: a.message}
		}
		return &body{Table: s.tableJSON(tables[0], b)}
	}
	out := &body{}
	for _, a := range tables {
		out.NestedLoop = append(out.NestedLoop, loop{s.tableJSON(a, b)})
	}
	return out
}

func (s *Statement) tableJSON(a *access, b *block) *tableJSON {
	kind := a.selectType(b)
	out := &tableJSON{
		Insert: kind == insertKind || kind == replaceKind, Update: kind == updateKind, Delete: kind == deleteKind,
		Message: a.message, Name: a.label(), Access: a.how, PossibleKeys: a.possible, Rows: a.rows,
		NotExists: a.strategy.antiJoin, FirstMatch: a.strategy.firstMatch, MergeJoin: a.strategy.merge,
		Recursive: a.recursive, Function: a.function, AttachedCondition: s.conjunction(a.conditions),
		MachineLearning: s.models(a),
	}
	if a.derived != nil && a.derived.role == derivedRole {
		out.Name = a.name // MySQL shows the alias here, and <derivedN> in the table
	}
	if filtered, ok := a.filtered().(float64); ok {
		out.Filtered = strconv.FormatFloat(filtered, 'f', 2, 64)
	}
	switch {
	case a.strategy.hash:
		out.JoinBuffer = "hash join"
	case a.strategy.heap:
		out.JoinBuffer = "range heap"
	}
	if a.written == "" && a.message == "" {
		out.UsedColumns = a.columns
	}
	out.describeIndex(a)
	s.describeInner(out, a)
	return out
}

func (t *tableJSON) describeIndex(a *access) {
	use := a.index
	if use == nil || a.message != "" {
		return
	}
	t.Key, t.Ref, t.UsingIndex, t.BackwardScan = use.index.ID(), use.refs, use.covering, use.backward
	t.UsedKeyParts = indexColumns(use.index)[:use.used()]
	if length, known := use.keyLength(a.table); known {
		t.KeyLength = strconv.Itoa(length)
	}
}

func (s *Statement) describeInner(t *tableJSON, a *access) {
	if a.derived != nil {
		inner := s.nestedJSON(a.derived)
		t.Materialized = &inner
	}
	for _, q := range a.inner {
		t.AttachedSubqueries = append(t.AttachedSubqueries, s.nestedJSON(q))
	}
}
