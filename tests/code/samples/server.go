package server

import "net/http"

const Limit = 5

const (
	Low, High = 1, 2
	_         = 3
)

var (
	// ErrGone says so.
	ErrGone = http.ErrMissingFile
)

// Server answers.
type Server struct {
	Addr, Name string
	handler    http.Handler
}

type (
	Handler func(w http.ResponseWriter)
	Stack[T any] struct {
		items []T
	}
)

type Reader interface {
	Read(p []byte) (n int, err error)
}

func init() {
	println("one")
}

func init() {
	println("two")
}

func (s *Server) Start() error {
	local := func() {}
	local()
	return nil
}

func (Server) Stop() {}

func (s *Stack[T]) Push(item T) {
	s.items = append(s.items, item)
}

func New[T any](addr string) *Server {
	type private struct{ a int }
	return &Server{Addr: addr}
}
