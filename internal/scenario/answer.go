package scenario

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"airglow/internal/dialect/form"
	"airglow/internal/model"
)

// models plays the models of a scenario. What a model answers depends on the
// model and the request alone, so that a test can say it beforehand:
//
//   - anthropic.… and amazon.titan-text… answer in their family's form, with the
//     text of the request after "re: ";
//   - sentiment says POSITIVE where the text holds "good", NEGATIVE where it
//     holds "bad", MIXED for both, else NEUTRAL;
//   - all others answer with the request's body.
//
// A scenario changes that with
//
//	-- answer MODEL [when PART] BEHAVIOUR
//
// where PART is a part of the request's body, and BEHAVIOUR one of
//
//	text TEXT               always TEXT
//	repeat TEXT N           N times TEXT
//	fail KIND CODE MESSAGE  the service's error of the kind, such as Denied
//	fail-once KIND CODE …   the same on the first call only
//	refuse KIND MESSAGE     an error without the service's code
//	hang                    no answer until the call is given up
//	hold                    the usual answer, once "-- release MODEL" says so
//	panic                   a defect of the provider
//
// Words with blanks stand in double quotes. The last matching line counts.
type models struct {
	mu    sync.Mutex
	rules []rule
	held  map[string]*held
}

// rule is one "-- answer".
type rule struct {
	model, part string
	behave      behaviour
}

// behaviour answers one request.
type behaviour func(ctx context.Context, req model.Request) (model.Response, error)

// held are the calls of one model that wait for a release.
type held struct {
	count   int
	changed chan struct{} // closed and replaced when count changes
	release chan struct{} // closed by the release
}

func newModels() *models { return &models{held: map[string]*held{}} }

// reset forgets what a scenario said.
func (m *models) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, h := range m.held {
		close(h.release)
	}
	m.rules, m.held = nil, map[string]*held{}
}

// answer is what the server's provider asks.
func (m *models) answer(ctx context.Context, req model.Request) (model.Response, error) {
	m.mu.Lock()
	behave := behaviour(usual)
	for _, r := range slices.Backward(m.rules) {
		if r.model == req.TargetModel() && strings.Contains(string(req.Body), r.part) {
			behave = r.behave
			break
		}
	}
	m.mu.Unlock()
	answer, err := behave(ctx, req)
	answer.Stop = form.StopOf(answer.Body) // as Bedrock's provider does
	return answer, err
}

// add reads the words after "-- answer".
func (m *models) add(line string) error {
	words, err := splitWords(line)
	if err != nil || len(words) < 2 {
		return fmt.Errorf("answer needs a model and a behaviour: %s", line)
	}
	r := rule{model: words[0]}
	words = words[1:]
	if words[0] == "when" && len(words) > 2 {
		r.part, words = words[1], words[2:]
	}
	if r.behave, err = m.behaviour(r.model, words[0], words[1:]); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rules = append(m.rules, r)
	return nil
}

// behaviour makes the behaviour of a name.
func (m *models) behaviour(id, name string, args []string) (behaviour, error) {
	needs := map[string]int{"text": 1, "repeat": 2, "fail": 3, "fail-once": 3, "refuse": 2}
	if len(args) != needs[name] {
		return nil, fmt.Errorf("%s takes %d words, not %d", name, needs[name], len(args))
	}
	switch name {
	case "text":
		return says(args[0]), nil
	case "repeat":
		n, err := strconv.Atoi(args[1])
		return says(strings.Repeat(args[0], n)), err
	case "fail":
		return fails(args[0], args[1], args[2])
	case "fail-once":
		return failsOnce(args)
	case "refuse":
		return fails(args[0], "", args[1])
	case "hang":
		return hangs, nil
	case "hold":
		return m.hold(id), nil
	case "panic":
		return panics, nil
	}
	return nil, fmt.Errorf("there is no behaviour %q", name)
}

func says(text string) behaviour {
	return func(context.Context, model.Request) (model.Response, error) {
		return model.Response{Body: []byte(text)}, nil
	}
}

func fails(kind, code, message string) (behaviour, error) {
	k, err := kindNamed(kind)
	return func(_ context.Context, req model.Request) (model.Response, error) {
		failure := &model.Error{Kind: k, Service: req.Service, Code: code, Message: message}
		if code != "" {
			failure.RequestID = "scenario-1"
		}
		return model.Response{}, failure
	}, err
}

func failsOnce(args []string) (behaviour, error) {
	fail, err := fails(args[0], args[1], args[2])
	var once sync.Once
	return func(ctx context.Context, req model.Request) (response model.Response, err error) {
		first := false
		once.Do(func() { first = true })
		if first {
			return fail(ctx, req)
		}
		return usual(ctx, req)
	}, err
}

// kindNamed finds a kind by its name in package model, in any case.
func kindNamed(name string) (model.Kind, error) {
	for k := model.Internal; k <= model.ModelTimeout; k++ {
		if strings.EqualFold(strings.ReplaceAll(k.String(), " ", ""), name) {
			return k, nil
		}
	}
	return 0, fmt.Errorf("there is no kind of failure %q", name)
}

func hangs(ctx context.Context, _ model.Request) (model.Response, error) {
	<-ctx.Done()
	return model.Response{}, fmt.Errorf("the model: %w", context.Cause(ctx))
}

func panics(context.Context, model.Request) (model.Response, error) {
	panic("scripted defect")
}

// of returns the held calls of a model. The caller holds mu.
func (m *models) of(id string) *held {
	h := m.held[id]
	if h == nil {
		h = &held{changed: make(chan struct{}), release: make(chan struct{})}
		m.held[id] = h
	}
	return h
}

func (m *models) hold(id string) behaviour {
	return func(ctx context.Context, req model.Request) (model.Response, error) {
		release := m.count(id, 1)
		defer m.count(id, -1)
		select {
		case <-release:
			return usual(ctx, req)
		case <-ctx.Done():
			return hangs(ctx, req)
		}
	}
}

// count changes the number of held calls and returns what lets them go.
func (m *models) count(id string, by int) (release chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.of(id)
	h.count += by
	close(h.changed)
	h.changed = make(chan struct{})
	return h.release
}

// waitHeld waits until at least so many calls of a model are held.
func (m *models) waitHeld(ctx context.Context, id string, count int) error {
	for {
		m.mu.Lock()
		h := m.of(id)
		now, changed := h.count, h.changed
		m.mu.Unlock()
		if now >= count {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d calls of %s are held, not %d or more", now, id, count)
		}
	}
}

// release lets the held calls of a model go, and those to come.
func (m *models) release(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.of(id).release)
	delete(m.held, id)
	m.rules = slices.DeleteFunc(m.rules, func(r rule) bool { return r.model == id })
}

// splitWords cuts a line at its blanks; words in double quotes are Go's.
func splitWords(line string) ([]string, error) {
	var words []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if line[0] != '"' {
			var word string
			word, line, _ = strings.Cut(line, " ")
			words = append(words, word)
			continue
		}
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, err
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, err
		}
		words, line = append(words, word), line[len(quoted):]
	}
	return words, nil
}
