package collector

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// TestOneQuestionIsAnsweredAtATime, and one more than may wait is sent away.
func TestOneQuestionIsAnsweredAtATime(t *testing.T) {
	var at, most atomic.Int32
	begun, end := make(chan struct{}, maxQuestions), make(chan struct{})
	server := httptest.NewServer(newTurns().each(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), at.Add(1)))
		begun <- struct{}{}
		<-end
		at.Add(-1)
		w.Header().Set("X-Test", "1")
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, "an answer")
	})))
	defer server.Close()
	var asking sync.WaitGroup
	var answered, refused atomic.Int32
	for range maxQuestions + 20 {
		asking.Go(func() {
			answer, err := http.Get(server.URL)
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			body, _ := io.ReadAll(answer.Body)
			switch answer.StatusCode {
			case http.StatusTeapot:
				if string(body) != "an answer" || answer.Header.Get("X-Test") != "1" {
					t.Errorf("%s %v", body, answer.Header)
				}
				answered.Add(1)
			case http.StatusServiceUnavailable:
				if refused.Add(1) == 20 {
					close(end)
				}
			default:
				t.Error(answer.Status)
			}
		})
	}
	asking.Wait()
	if answered.Load() != maxQuestions || refused.Load() != 20 || most.Load() != 1 {
		t.Errorf("%d answered, %d sent away, %d at once; want %d, 20, 1", answered.Load(), refused.Load(), most.Load(), maxQuestions)
	}
}

// TestNobodyWhoLeftKeepsATurn: the next question is answered.
func TestNobodyWhoLeftKeepsATurn(t *testing.T) {
	questions := newTurns()
	inside, end := make(chan struct{}), make(chan struct{})
	slow := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(inside); <-end })
	first := make(chan *recording)
	go func() { first <- questions.answer(slow, httptest.NewRequest("GET", "/", nil)) }()
	<-inside
	gone := httptest.NewRequest("GET", "/", nil)
	ctx, leave := context.WithCancel(gone.Context())
	leave()
	if answer := questions.answer(slow, gone.WithContext(ctx)); answer != nil {
		t.Error("a question of nobody was answered")
	}
	close(end)
	<-first
	if answer := questions.answer(http.NotFoundHandler(), httptest.NewRequest("GET", "/", nil)); answer == nil || answer.status != http.StatusNotFound {
		t.Errorf("%v", answer)
	}
}
