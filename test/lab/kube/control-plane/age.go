package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// The server's own bookkeeping, and what is of the present by nature.
var ageless = []string{
	"/registry/apiregistration.k8s.io/",
	"/registry/events/",
	"/registry/leases/",
	"/registry/masterleases/",
	"/registry/peerserverleases/",
	"/registry/ranges/",
}

// ageObjects makes every stored object look as if it had been made, and last written, at that moment: the API server
// stamps the time of creation itself, so it is changed where it is stored. Watches see it as any other change.
func ageObjects(ctx context.Context, etcdURL string, moment time.Time) (int, error) {
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{etcdURL}, DialTimeout: 5 * time.Second})
	if err != nil {
		return 0, err
	}
	defer client.Close()
	stored, err := client.Get(ctx, "/registry/", clientv3.WithPrefix())
	if err != nil {
		return 0, err
	}
	count := 0
	for _, pair := range stored.Kvs {
		if isAgeless(string(pair.Key)) {
			continue
		}
		aged, err := age(pair.Value, metav1.NewTime(moment))
		if err != nil {
			return count, fmt.Errorf("%s: %w", pair.Key, err)
		}
		// Only if nobody wrote it meanwhile: an object that changes is not old.
		unchanged := clientv3.Compare(clientv3.ModRevision(string(pair.Key)), "=", pair.ModRevision)
		done, err := client.Txn(ctx).If(unchanged).Then(clientv3.OpPut(string(pair.Key), string(aged))).Commit()
		if err != nil {
			return count, err
		}
		if done.Succeeded {
			count++
		}
	}
	return count, nil
}

func isAgeless(key string) bool {
	for _, prefix := range ageless {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// age reads an object as kube-apiserver stores it: kinds of CRDs as JSON, its own as protobuf.
func age(value []byte, moment metav1.Time) ([]byte, error) {
	if bytes.HasPrefix(value, []byte("{")) {
		object := &unstructured.Unstructured{}
		if err := json.Unmarshal(value, object); err != nil {
			return nil, err
		}
		stamp(object, moment)
		return json.Marshal(object)
	}
	object, kind, err := legacyscheme.Codecs.UniversalDeserializer().Decode(value, nil, nil)
	if err != nil {
		return nil, err
	}
	object.GetObjectKind().SetGroupVersionKind(*kind)
	accessor, err := meta.Accessor(object)
	if err != nil {
		return nil, err
	}
	stamp(accessor, moment)
	scheme := legacyscheme.Scheme
	return runtime.Encode(protobuf.NewSerializer(scheme, scheme), object)
}

func stamp(object metav1.Object, moment metav1.Time) {
	object.SetCreationTimestamp(moment)
	fields := object.GetManagedFields()
	for index := range fields {
		fields[index].Time = &moment
	}
	object.SetManagedFields(fields)
}
