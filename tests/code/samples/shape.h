#ifndef SHAPE_H
#define SHAPE_H

#ifdef __cplusplus
extern "C" {
#endif

struct shape {
	int class;
};

int area(const struct shape *shape);

#ifdef __cplusplus
}
#endif
#endif
