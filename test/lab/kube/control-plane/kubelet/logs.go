package kubelet

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"
)

// How often a followed log is looked at again.
const pollInterval = 100 * time.Millisecond

// logOptions are those of `kubectl logs` that kube-apiserver passes on.
type logOptions struct {
	follow, previous, timestamps bool
	since                        time.Time
	tailLines, limitBytes        int64 // -1: no limit
	stream                       string
}

func readLogOptions(query url.Values, now time.Time) (logOptions, error) {
	options := logOptions{
		follow:     query.Get("follow") == "true",
		previous:   query.Get("previous") == "true",
		timestamps: query.Get("timestamps") == "true",
		tailLines:  -1,
		limitBytes: -1,
		stream:     query.Get("stream"),
	}
	for name, number := range map[string]*int64{"tailLines": &options.tailLines, "limitBytes": &options.limitBytes} {
		if !query.Has(name) {
			continue
		}
		value, err := strconv.ParseInt(query.Get(name), 10, 64)
		if err != nil || value < 0 {
			return options, fmt.Errorf("%s must be a whole number of 0 or more", name)
		}
		*number = value
	}
	if text := query.Get("sinceSeconds"); text != "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return options, err
		}
		options.since = now.Add(-time.Duration(seconds) * time.Second)
	}
	if text := query.Get("sinceTime"); text != "" {
		since, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return options, err
		}
		options.since = since
	}
	return options, nil
}

func serveLog(w http.ResponseWriter, r *http.Request, folder string) {
	namespace, pod, container := r.PathValue("namespace"), r.PathValue("pod"), r.PathValue("container")
	options, err := readLogOptions(r.URL.Query(), time.Now())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	// The words of a kubelet (pkg/kubelet, validateContainerLogStatus).
	name := container + ".log"
	missing := fmt.Sprintf("container %q in pod %q is waiting to start: ContainerCreating", container, pod)
	if options.previous {
		name = container + ".previous.log"
		missing = fmt.Sprintf("previous terminated container %q in pod %q not found", container, pod)
	}
	file, err := os.Open(inFolder(folder, namespace, pod, name))
	if err != nil {
		http.Error(w, missing, http.StatusBadRequest)
		return
	}
	defer file.Close()
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusOK)
	http.NewResponseController(w).Flush()
	copyLog(r, w, file, options)
}

// copyLog writes what the options ask for; a followed log ends when its reader goes.
func copyLog(r *http.Request, w http.ResponseWriter, file *os.File, options logOptions) {
	if err := seekTail(file, options.tailLines); err != nil {
		return
	}
	out := &limited{w, options.limitBytes}
	var partial []byte
	for {
		var done bool
		if partial, done = copyLines(out, file, partial, options); done || !options.follow {
			return
		}
		http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-time.After(pollInterval):
		}
	}
}

// limited lets so many bytes through, then says that it is full.
type limited struct {
	to   io.Writer
	left int64 // -1: no limit
}

func (l *limited) Write(data []byte) (int, error) {
	if l.left < 0 {
		return l.to.Write(data)
	}
	part := data[:min(int64(len(data)), l.left)]
	written, err := l.to.Write(part)
	l.left -= int64(written)
	if err == nil && l.left == 0 {
		err = io.ErrShortWrite
	}
	return written, err
}
