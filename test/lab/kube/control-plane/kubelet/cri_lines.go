package kubelet

import (
	"bytes"
	"io"
	"os"
	"strings"
	"time"
)

// line is one of a container's log as its runtime wrote it: `TIME STREAM TAG TEXT`, where tag P says that more follows.
// Source: kubernetes/design-proposals-archive, node/kubelet-cri-logging.md.
type line struct {
	time    time.Time
	stamp   string
	stream  string
	partial bool
	text    []byte
}

func parseLine(raw []byte) (line, bool) {
	parts := bytes.SplitN(raw, []byte{' '}, 4)
	if len(parts) < 4 {
		return line{}, false
	}
	stamp := string(parts[0])
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		return line{}, false
	}
	partial := bytes.HasPrefix(parts[2], []byte{'P'})
	return line{time: at, stamp: stamp, stream: string(parts[1]), partial: partial, text: parts[3]}, true
}

func (l line) wanted(options logOptions) bool {
	if l.time.Before(options.since) {
		return false
	}
	return options.stream == "" || options.stream == "All" || strings.EqualFold(options.stream, l.stream)
}

func (l line) shown(timestamps bool) []byte {
	var shown []byte
	if timestamps {
		shown = append(shown, l.stamp+" "...)
	}
	shown = append(shown, l.text...)
	if !l.partial {
		shown = append(shown, '\n')
	}
	return shown
}

// copyLines writes the wanted lines up to the file's present end; it returns the unfinished one, and whether to stop.
func copyLines(out io.Writer, file *os.File, rest []byte, options logOptions) ([]byte, bool) {
	block := make([]byte, 64<<10)
	for {
		count, err := file.Read(block)
		rest = append(rest, block[:count]...)
		for {
			end := bytes.IndexByte(rest, '\n')
			if end < 0 {
				break
			}
			one, ok := parseLine(rest[:end])
			rest = rest[end+1:]
			if !ok || !one.wanted(options) {
				continue
			}
			if _, err := out.Write(one.shown(options.timestamps)); err != nil {
				return nil, true
			}
		}
		if err == io.EOF {
			return rest, false
		}
		if err != nil {
			return nil, true
		}
	}
}

// seekTail moves to the beginning of the last lines; -1 stays at the beginning of the file.
func seekTail(file *os.File, lines int64) error {
	if lines < 0 {
		return nil
	}
	at, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	block := make([]byte, 64<<10)
	for left := lines; at > 0; {
		start := max(0, at-int64(len(block)))
		part := block[:at-start]
		if _, err := file.ReadAt(part, start); err != nil {
			return err
		}
		for index := len(part) - 1; index >= 0; index-- {
			if part[index] != '\n' {
				continue
			}
			if left == 0 {
				_, err := file.Seek(start+int64(index)+1, io.SeekStart)
				return err
			}
			left--
		}
		at = start
	}
	_, err = file.Seek(0, io.SeekStart)
	return err
}
