// Package wire starts a Coffer and talks to it: what programs need that put it under load.
package wire

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const (
	readyWithin = 60 * time.Second
	endsWithin  = 60 * time.Second
)

var readyLine = regexp.MustCompile(`(?m)^coffer is ready: https://localhost:(\d+)\s*$`)

// Server is a process of `coffer dev`, its data and its output in a folder of its own.
type Server struct {
	Address string
	command []string
	folder  string
	process *exec.Cmd
	ended   chan struct{}
}

// Start runs the program on a free port of the loopback interface and waits until it is ready. It is
// called, as is Restart, by the goroutine that lives longest.
func Start(binary, folder string, arguments ...string) (*Server, error) {
	binary, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	server := &Server{Address: "127.0.0.1:0", folder: folder,
		command: append([]string{binary, "dev", "--data", filepath.Join(folder, "data")}, arguments...)}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	return server, server.start()
}

func (s *Server) start() error {
	output, err := os.Create(s.file("output.txt"))
	if err != nil {
		return err
	}
	defer output.Close()
	log, err := os.OpenFile(s.file("log.txt"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	process := exec.Command(s.command[0], append(s.command[1:], "--listen", s.Address)...)
	process.Env, process.Stdout, process.Stderr = plainEnvironment(), output, log
	// It ends with the program that started it, however that ends: with its thread, says the system.
	runtime.LockOSThread()
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := process.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	s.process, s.ended = process, ended
	go func() {
		_ = process.Wait()
		close(ended)
	}()
	return s.waitUntilReady()
}

// Restart kills the server (kill -9) and starts it again at the same address.
func (s *Server) Restart() error {
	s.Kill()
	return s.start()
}

// COFFER_… variables would be settings of the server.
func plainEnvironment() []string {
	var plain []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "COFFER_") {
			plain = append(plain, variable)
		}
	}
	return plain
}

func (s *Server) waitUntilReady() error {
	for deadline := time.Now().Add(readyWithin); time.Now().Before(deadline); {
		output, _ := os.ReadFile(s.file("output.txt"))
		if found := readyLine.FindSubmatch(output); found != nil {
			s.Address = "127.0.0.1:" + string(found[1])
			return nil
		}
		if s.HasEnded() {
			return fmt.Errorf("the server ended: see %s", s.folder)
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.Kill()
	return fmt.Errorf("the server is not ready within %s: see %s", readyWithin, s.folder)
}

func (s *Server) file(name string) string { return filepath.Join(s.folder, name) }

// Database is the file of the database.
func (s *Server) Database() string { return filepath.Join(s.folder, "data", "coffer.db") }

func (s *Server) Pid() int { return s.process.Process.Pid }

func (s *Server) HasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// Trust is a TLS configuration that believes the server's own authority and nobody else.
func (s *Server) Trust() (*tls.Config, error) {
	authority, err := os.ReadFile(filepath.Join(s.folder, "data", "tls", "ca.pem"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	return &tls.Config{RootCAs: pool, ServerName: "localhost"}, nil
}

// Stop ends the server as an operator would; it must end in time, with status 0.
func (s *Server) Stop() error {
	_ = s.process.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(endsWithin):
		s.Kill()
		return fmt.Errorf("the server did not stop within %s", endsWithin)
	}
	if !s.process.ProcessState.Success() {
		return fmt.Errorf("the server ended with %s: see %s", s.process.ProcessState, s.folder)
	}
	return nil
}

func (s *Server) Kill() {
	_ = s.process.Process.Kill()
	<-s.ended
}
