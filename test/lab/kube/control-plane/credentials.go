package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"

	"meshdoctor.dev/lab/control-plane/kubelet"
)

// credentials are the files that kube-apiserver is given, and what this process needs of them itself.
type credentials struct {
	ca, serverCertificate, serverKey           string
	kubeletClientCertificate, kubeletClientKey string
	serviceAccountKey                          string
	adminTLS, kubeletTLS                       *tls.Config
	caPEM                                      []byte
	admin                                      *pair
}

// writeCredentials makes an authority of the lab's own, and writes what kube-apiserver reads from files.
func writeCredentials(folder string) (*credentials, error) {
	ca, err := newAuthority()
	if err != nil {
		return nil, err
	}
	apiServer, err1 := ca.server("kube-apiserver")
	node, err2 := ca.server("kubelet")
	admin, err3 := ca.client("lab-admin", "system:masters")
	kubeletClient, err4 := ca.client(kubelet.ClientName, "system:masters")
	serviceAccount, err5 := rsa.GenerateKey(rand.Reader, 2048)
	for _, err := range []error{err1, err2, err3, err4, err5} {
		if err != nil {
			return nil, err
		}
	}
	in := func(name string) string { return filepath.Join(folder, name) }
	files := &credentials{
		ca: in("ca.crt"), serverCertificate: in("apiserver.crt"), serverKey: in("apiserver.key"),
		kubeletClientCertificate: in("kubelet-client.crt"), kubeletClientKey: in("kubelet-client.key"),
		serviceAccountKey: in("service-account.key"), caPEM: ca.pem, admin: admin,
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca.pem)
	adminCertificate, err1 := tls.X509KeyPair(admin.certificate, admin.key)
	nodeCertificate, err2 := tls.X509KeyPair(node.certificate, node.key)
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("%v %v", err1, err2)
	}
	files.adminTLS = &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{adminCertificate}}
	files.kubeletTLS = &tls.Config{ClientCAs: pool, Certificates: []tls.Certificate{nodeCertificate}}
	return files, writeAll(map[string][]byte{
		files.ca:                       ca.pem,
		files.serverCertificate:        apiServer.certificate,
		files.serverKey:                apiServer.key,
		files.kubeletClientCertificate: kubeletClient.certificate,
		files.kubeletClientKey:         kubeletClient.key,
		files.serviceAccountKey:        encode("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(serviceAccount)),
	})
}

// writeKubeconfig writes the administrator's kubeconfig and tells its path.
func (c *credentials) writeKubeconfig(folder, server string) (string, error) {
	base64 := base64.StdEncoding.EncodeToString
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster: {server: %q, certificate-authority-data: %q}
users:
- name: lab-admin
  user: {client-certificate-data: %q, client-key-data: %q}
contexts:
- name: lab
  context: {cluster: lab, user: lab-admin, namespace: default}
current-context: lab
`, server, base64(c.caPEM), base64(c.admin.certificate), base64(c.admin.key))
	path := filepath.Join(folder, "kubeconfig")
	return path, writeAll(map[string][]byte{path: []byte(text)})
}

func writeAll(files map[string][]byte) error {
	for path, data := range files {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
