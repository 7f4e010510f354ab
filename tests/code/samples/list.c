#include <stdlib.h>

#define LIMIT 5
#define SQUARE(x) \
	((x) * (x))

typedef unsigned int uint;
typedef int (*compare_fn)(const void *, const void *);

struct node;

struct node {
	struct node *next;
	int value, count;
	int (*compare)(int, int);
};

typedef struct {
	int x;
} point;

typedef struct list {
	struct node *head;
} list;

enum color { RED, GREEN = 2 };

static int total = 0, *first[LIMIT];
extern int elsewhere;

static struct node *make(int value);
int push(list *l, int value);

static struct node *
make(int value)
{
	struct node *n = malloc(sizeof(*n));
	n->value = value;
	return n;
}

#ifdef FAST
int push(list *l, int value)
{
	return 1;
}
#else
int push(list *l, int value)
{
	return 2;
}
#endif
