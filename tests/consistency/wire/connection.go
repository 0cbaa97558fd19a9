package wire

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// A call that is not answered in this time is one whose outcome is unknown.
const answeredWithin = 30 * time.Second

// ErrNotSent: nothing of a call has left, because there is no connection.
var ErrNotSent = errors.New("not connected")

// Connection makes signed calls, one after the other, and connects when it has to. A call is sent
// once: no library between the caller and the server sends it again. It belongs to one goroutine.
type Connection struct {
	Address string
	Trust   *tls.Config // Nil for plaintext.
	signer  signer
	open    net.Conn
	reader  *bufio.Reader
}

func (c *Connection) connect() error {
	if c.open != nil {
		return nil
	}
	plain, err := net.DialTimeout("tcp", c.Address, answeredWithin)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	c.open = plain
	if c.Trust != nil {
		c.open = tls.Client(plain, c.Trust)
	}
	c.reader = bufio.NewReader(c.open)
	return nil
}

// Close ends the connection; the next call makes a new one.
func (c *Connection) Close() {
	if c.open != nil {
		_ = c.open.Close()
		c.open = nil
	}
}

// Call answers status and body, or an error when the outcome is unknown.
func (c *Connection) Call(operation string, body []byte) (int, []byte, error) {
	if err := c.connect(); err != nil {
		return 0, nil, err
	}
	_ = c.open.SetDeadline(time.Now().Add(answeredWithin))
	status, answer, err := c.exchange(c.signer.request(operation, body, time.Now()))
	if err != nil {
		c.Close()
	}
	return status, answer, err
}

func (c *Connection) exchange(request []byte) (int, []byte, error) {
	if _, err := c.open.Write(request); err != nil {
		return 0, nil, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return 0, nil, err
	}
	answer, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err == nil && response.Close {
		c.Close()
	}
	return response.StatusCode, answer, err
}

// Abandon sends this share of a call and closes the connection without waiting for an answer.
func (c *Connection) Abandon(operation string, body []byte, share float64) error {
	if err := c.connect(); err != nil {
		return err
	}
	request := c.signer.request(operation, body, time.Now())
	_, err := c.open.Write(request[:int(share*float64(len(request)))])
	c.Close()
	return err
}
