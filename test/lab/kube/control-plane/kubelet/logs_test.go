package kubelet

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const written = "2026-01-05T10:00:01.000000000Z stdout F one\n" +
	"2026-01-05T10:00:02.000000000Z stdout P two, \n" +
	"2026-01-05T10:00:02.000000000Z stdout F joined\n" +
	"no line of a runtime\n" +
	"2026-01-05T10:00:03.000000000Z stderr F three\n"

// serve gives a kubelet without its door, and the folder it serves.
func serve(t *testing.T) (string, string) {
	t.Helper()
	folder := t.TempDir()
	server := httptest.NewServer(handler(folder))
	t.Cleanup(server.Close)
	return server.URL, folder
}

func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, "shop", "edge", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLogOptions(t *testing.T) {
	url, folder := serve(t)
	write(t, folder, "envoy.log", written)
	for query, want := range map[string]string{
		"":                                   "one\ntwo, joined\nthree\n",
		"tailLines=1":                        "three\n",
		"stream=Stderr":                      "three\n",
		"sinceTime=2026-01-05T10:00:03Z":     "three\n",
		"limitBytes=5":                       "one\nt",
		"timestamps=true&tailLines=1":        "2026-01-05T10:00:03.000000000Z three\n",
		"tailLines=99":                       "one\ntwo, joined\nthree\n",
		"tailLines=-1":                       "tailLines must be a whole number of 0 or more\n",
		"previous=true":                      "previous terminated container \"envoy\" in pod \"edge\" not found\n",
		"sinceSeconds=1&follow=false":        "",
		"limitBytes=0":                       "",
		"tailLines=3&stream=Stdout&x=ignore": "joined\n",
	} {
		response, err := http.Get(url + "/containerLogs/shop/edge/envoy?" + query)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if string(got) != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
}

func TestFollowedLog(t *testing.T) {
	url, folder := serve(t)
	path := write(t, folder, "envoy.log", "2026-01-05T10:00:01.000000000Z stdout F one\n")
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	request, _ := http.NewRequestWithContext(ctx, "GET", url+"/containerLogs/shop/edge/envoy?follow=true", nil)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got := make([]byte, len("one\n"))
	if _, err := io.ReadFull(response.Body, got); err != nil || string(got) != "one\n" {
		t.Fatalf("got %q, %v", got, err)
	}
	// The second line comes in two writes.
	file, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	defer file.Close()
	io.WriteString(file, "2026-01-05T10:00:02.000000000Z stdout F t")
	time.Sleep(2 * pollInterval)
	io.WriteString(file, "wo\n")
	if _, err := io.ReadFull(response.Body, got); err != nil || string(got) != "two\n" {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestNamesThatLeadOut(t *testing.T) {
	folder := t.TempDir()
	for _, names := range [][3]string{{"..", "..", "a"}, {"shop", "edge", "../a"}, {"../shop", "edge", "a"}} {
		if path := inFolder(folder, names[0], names[1], names[2]); !strings.HasPrefix(path, folder+"/none") {
			t.Errorf("%v: got %s", names, path)
		}
	}
}
