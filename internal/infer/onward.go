package infer

import (
	"slices"

	"airglow/internal/model"
)

// onward has a part of a batch go on along routes, after failures: in batches again
// where the next takes them, row by row elsewhere.
func (f *flight) onward(part []int, routes []Route, failures []failure) {
	for _, together := range f.divided(part, routes[0]) {
		if len(together) == 1 {
			f.alone(together[0], routes, failures)
			continue
		}
		next := &flight{
			runner: f.runner, ctx: f.ctx, calls: f.calls, route: routes[0], rest: routes[1:], mark: f.mark,
			settle: f.settle, whole: f.whole, failures: failures,
		}
		f.parts.Go(func() {
			next.join(together)
			next.parts.Wait()
			if next.limit.stop != nil {
				next.limit.stop()
			}
		})
	}
}

// divided is a part in batches that a route's provider takes.
func (f *flight) divided(part []int, route Route) [][]int {
	size := 1
	var limits model.BatchLimits
	if provider, ok := route.Provider.(model.BatchProvider); ok {
		limits = provider.BatchLimits(route.Request)
		size = max(limits.Size(f.calls[0].BatchSize), 1)
	}
	var all [][]int
	bytes := 0
	for i, n := range part {
		more := len(f.calls[n].Request.Body) + 1
		if i == 0 || len(all[len(all)-1]) == size || limits.MostBytes > 0 && bytes+more > limits.MostBytes {
			all, bytes = append(all, nil), 0
		}
		all[len(all)-1], bytes = append(all[len(all)-1], n), bytes+more
	}
	return all
}

// join begins at a route after others, in what is left of the time.
func (f *flight) join(part []int) {
	share, release := f.whole.share(f.route, len(f.rest))
	f.limit = *share
	f.limit.stop = release
	if err := f.route.check(); err != nil {
		f.fail(part, err)
		return
	}
	visit := f.visit(part)
	visit.goesOn(&f.limit)
	defer visit.leave()
	paid, err := f.runner.admit(f.limit.ctx, visit, f.route, f.those(part))
	if err != nil {
		f.shrink(part, trial{limit: f.limit}, stopped(err, f.limit.ended(0)))
		return
	}
	f.send(visit, part, paid)
}

// alone has a row go its own way along routes, after failures.
func (f *flight) alone(n int, routes []Route, failures []failure) {
	t := trip{runner: f.runner, ctx: f.ctx, call: f.calls[n], routes: routes, mark: f.mark, sent: len(failures), failures: slices.Clone(failures)}
	t.limit, t.shared = f.whole, f.whole != nil
	f.parts.Go(func() {
		a, err := t.run()
		f.settle(n, a, err)
	})
}

// failure is what a row fails with when a route has failed that none comes after.
func (f *flight) failure(err error) error {
	if len(f.failures) == 0 {
		return err
	}
	t := trip{runner: f.runner, routes: f.rest, failures: append(slices.Clone(f.failures), failure{f.route, err})}
	return t.failure()
}
