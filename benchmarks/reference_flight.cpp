// The reference of the flight benchmark: fixed-step RK4 on SIMD lanes, the same physics as the flight kernels
// (inertial frame, J2, tabulated US76 density, drag through the turning air, staged thrust with vertical
// rise, fixed attitude and gravity turn). Burn-outs, cut-off and changes of attitude lie on the step grid.
//
// Usage: reference_flight FILE ERROR REPEATS
// Finds the largest step of a ladder whose median impact error is at most ERROR metres, times it, prints JSON.
// FILE holds doubles, in the order in which main() reads them.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

static const int W = 32;  // flights per tile
static const double MU = 3.986004418e14, J2 = 1.082626174e-3, OMEGA = 7.292115e-5;
static const double A = 6378137.0, F = 1.0 / 298.257223563, B = A * (1.0 - F);
static const double J2_FACTOR = 1.5 * J2 * A * A;

struct Table {  // density, linear between rows
  double floor, fine_top, fine, coarse, n_fine;
  std::vector<double> rho;
};

struct Launch {
  double r[3], v[3], up[3], aim[3], t_cut;
  double impact[3];  // by a tight integration, Earth-fixed
};

struct Segment {  // forces that do not change between two bounds; durations per lane
  double thrust, mass, flow, area;
  bool is_turning;
  const double (*axis)[W];  // thrust direction (3, W) when not turning
  double start[W], length[W];
};

static Table table;

static inline double altitude(double x, double y, double z) {
  const double r2 = x * x + y * y + z * z;
  const double surface = A * B / std::sqrt(B * B + (A * A - B * B) * (z * z / r2));
  return std::sqrt(r2) - surface;
}

static inline double density(const double* rho, double alt) {
  const double fine = (alt - table.floor) / table.fine;
  const double coarse = (alt - table.fine_top) / table.coarse + table.n_fine;
  const double last = static_cast<double>(table.rho.size()) - 2.0;
  double place = alt < table.fine_top ? fine : coarse;
  place = place > 0.0 ? place : 0.0;
  place = place < last ? place : last;
  const int i = static_cast<int>(place);
  const double part = place - i;
  return rho[i] + part * (rho[i + 1] - rho[i]);
}

struct Slope {
  double v[3], a[3];
};

static inline __attribute__((always_inline)) Slope slope(const double* rho, const double* r, const double* v,
                                                         double thrust, double mass, double area,
                                                         bool is_turning, const double* axis) {
  Slope s;
  const double x = r[0], y = r[1], z = r[2];
  const double inverse = 1.0 / (x * x + y * y + z * z);
  const double central = MU * inverse * std::sqrt(inverse);
  const double oblate = J2_FACTOR * inverse, up = 5.0 * z * z * inverse;
  const double across = -central * (1.0 + oblate * (1.0 - up));
  const double wx = v[0] + OMEGA * y, wy = v[1] - OMEGA * x, wz = v[2];
  const double speed = std::sqrt(wx * wx + wy * wy + wz * wz);
  const double drag = -0.5 * density(rho, altitude(x, y, z)) * speed * area / mass;
  const double along = is_turning ? drag + thrust / (mass * speed) : drag;
  const double push = is_turning ? 0.0 : thrust / mass;
  s.v[0] = v[0];
  s.v[1] = v[1];
  s.v[2] = v[2];
  s.a[0] = across * x + along * wx + push * axis[0];
  s.a[1] = across * y + along * wy + push * axis[1];
  s.a[2] = -central * (1.0 + oblate * (3.0 - up)) * z + along * wz + push * axis[2];
  return s;
}

template <bool IS_TURNING>
static void step(double (*r)[W], double (*v)[W], const double* h, const double* tau, const Segment& seg) {
  const double* rho = table.rho.data();
  const double thrust = seg.thrust, mass0 = seg.mass, flow = seg.flow, area = seg.area;
#pragma GCC ivdep
  for (int l = 0; l < W; ++l) {
    double y[3], u[3], p[3] = {r[0][l], r[1][l], r[2][l]}, q[3] = {v[0][l], v[1][l], v[2][l]};
    const double axis[3] = {seg.axis[0][l], seg.axis[1][l], seg.axis[2][l]};
    const double d = h[l], m1 = mass0 - flow * tau[l], m2 = m1 - 0.5 * flow * d, m3 = m1 - flow * d;
    const Slope k1 = slope(rho, p, q, thrust, m1, area, IS_TURNING, axis);
    for (int i = 0; i < 3; ++i) y[i] = p[i] + 0.5 * d * k1.v[i], u[i] = q[i] + 0.5 * d * k1.a[i];
    const Slope k2 = slope(rho, y, u, thrust, m2, area, IS_TURNING, axis);
    for (int i = 0; i < 3; ++i) y[i] = p[i] + 0.5 * d * k2.v[i], u[i] = q[i] + 0.5 * d * k2.a[i];
    const Slope k3 = slope(rho, y, u, thrust, m2, area, IS_TURNING, axis);
    for (int i = 0; i < 3; ++i) y[i] = p[i] + d * k3.v[i], u[i] = q[i] + d * k3.a[i];
    const Slope k4 = slope(rho, y, u, thrust, m3, area, IS_TURNING, axis);
    for (int i = 0; i < 3; ++i) {
      r[i][l] = p[i] + d / 6.0 * (k1.v[i] + 2.0 * (k2.v[i] + k3.v[i]) + k4.v[i]);
      v[i][l] = q[i] + d / 6.0 * (k1.a[i] + 2.0 * (k2.a[i] + k3.a[i]) + k4.a[i]);
    }
  }
}

// Earth-fixed place where a path from (p, q) at t to (y, u) at t + h crosses the ellipsoid.
static void cross(const double* p, const double* q, const double* y, const double* u, double t, double h, double* out) {
  double low = 0.0, high = 1.0, at[3] = {0, 0, 0};
  for (int k = 0; k < 50; ++k) {
    const double s = 0.5 * (low + high), a = (1 + 2 * s) * (1 - s) * (1 - s), b = s * s * (3 - 2 * s);
    const double c = s * (1 - s) * (1 - s) * h, e = s * s * (s - 1) * h;
    for (int i = 0; i < 3; ++i) at[i] = a * p[i] + b * y[i] + c * q[i] + e * u[i];
    (altitude(at[0], at[1], at[2]) > 0.0 ? low : high) = s;
  }
  const double angle = -OMEGA * (t + low * h);
  out[0] = at[0] * std::cos(angle) - at[1] * std::sin(angle);
  out[1] = at[0] * std::sin(angle) + at[1] * std::cos(angle);
  out[2] = at[2];
}

struct Vehicle {
  std::vector<double> stages;  // rows of burn, propellant, exhaust speed, inert, drag area
  double payload_mass, payload_beta, rise, pitch;
};

static void fly_tile(const Vehicle& vehicle, const Launch* launches, int n, double h_max, double (*impacts)[3]) {
  double r[3][W], v[3][W], up[3][W], aim[3][W], t_cut[W], t[W], h[W];
  for (int l = 0; l < W; ++l) {
    const Launch& launch = launches[std::min(l, n - 1)];
    for (int i = 0; i < 3; ++i) {
      r[i][l] = launch.r[i], v[i][l] = launch.v[i];
      up[i][l] = launch.up[i], aim[i][l] = launch.aim[i];
    }
    t_cut[l] = launch.t_cut, t[l] = 0.0;
  }
  // Bounds that all lanes share, then each lane's own cut-off.
  const int stages = static_cast<int>(vehicle.stages.size()) / 5;
  std::vector<double> bounds = {0.0, vehicle.rise, vehicle.rise + vehicle.pitch};
  double time = 0.0, mass = vehicle.payload_mass;
  for (int k = 0; k < stages; ++k) {
    time += vehicle.stages[5 * k];
    bounds.push_back(time);
    mass += vehicle.stages[5 * k + 1] + vehicle.stages[5 * k + 3];
  }
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  int stage = 0;
  double ignition = 0.0;
  for (size_t b = 0; b + 1 < bounds.size(); ++b) {
    const double* row = &vehicle.stages[5 * stage];
    Segment seg;
    seg.flow = row[1] / row[0];
    seg.thrust = seg.flow * row[2];
    seg.mass = mass + seg.flow * ignition;
    seg.area = row[4];
    seg.is_turning = bounds[b] >= vehicle.rise + vehicle.pitch;
    seg.axis = bounds[b] < vehicle.rise ? up : aim;
    double longest = 0.0;
    for (int l = 0; l < W; ++l) {
      seg.length[l] = std::max(std::min(bounds[b + 1], t_cut[l]) - bounds[b], 0.0);
      longest = std::max(longest, seg.length[l]);
    }
    const int steps = std::max(1, static_cast<int>(std::ceil(longest / h_max - 1e-9)));
    for (int l = 0; l < W; ++l) h[l] = seg.length[l] / steps;
    for (int k = 0; k < steps; ++k) {
      if (seg.is_turning)
        step<true>(r, v, h, t, seg);
      else
        step<false>(r, v, h, t, seg);
      for (int l = 0; l < W; ++l) t[l] += h[l];
    }
    if (std::fabs(bounds[b + 1] - ignition - row[0]) < 1e-9 && stage + 1 < stages) {
      ignition = bounds[b + 1];
      mass -= row[1] + row[3];
      ++stage;
    }
  }
  Segment coast;
  coast.thrust = coast.flow = 0.0;
  coast.mass = vehicle.payload_beta;
  coast.area = 1.0;
  coast.is_turning = false;
  coast.axis = aim;
  bool is_down[W] = {};
  double before_r[3][W], before_v[3][W];
  int down = 0;
  for (int l = 0; l < W; ++l) h[l] = h_max;
  for (double clock = 0.0; down < W && clock < 20000.0; clock += h_max) {
    for (int i = 0; i < 3; ++i)
      for (int l = 0; l < W; ++l) before_r[i][l] = r[i][l], before_v[i][l] = v[i][l];
    step<false>(r, v, h, t, coast);
    double alt[W];
    int below = 0;
    for (int l = 0; l < W; ++l) {
      alt[l] = altitude(r[0][l], r[1][l], r[2][l]);
      below += alt[l] <= 0.0;
    }
    if (below > down)
      for (int l = 0; l < W; ++l)
        if (!is_down[l] && alt[l] <= 0.0) {
          double p[3], q[3], y[3], u[3], place[3];
          for (int i = 0; i < 3; ++i)
            p[i] = before_r[i][l], q[i] = before_v[i][l], y[i] = r[i][l], u[i] = v[i][l];
          cross(p, q, y, u, t[l], h[l], place);
          if (l < n)
            for (int i = 0; i < 3; ++i) impacts[l][i] = place[i];
          is_down[l] = true;
          h[l] = 0.0;  // the lane stays where it is, below ground
          ++down;
        }
    for (int l = 0; l < W; ++l) t[l] += h[l];
  }
}

static double median_error(const Vehicle& vehicle, const std::vector<Launch>& launches, double h, size_t n) {
  std::vector<double> errors;
  for (size_t i = 0; i < n; i += W) {
    double impacts[W][3] = {};
    const int lanes = static_cast<int>(std::min<size_t>(W, n - i));
    fly_tile(vehicle, &launches[i], lanes, h, impacts);
    for (int l = 0; l < lanes; ++l) {
      double sum = 0.0;
      for (int k = 0; k < 3; ++k) sum += std::pow(impacts[l][k] - launches[i + l].impact[k], 2);
      errors.push_back(std::sqrt(sum));
    }
  }
  std::nth_element(errors.begin(), errors.begin() + errors.size() / 2, errors.end());
  return errors[errors.size() / 2];
}

static double cpu() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: reference_flight FILE ERROR REPEATS\n"), 2;
  std::FILE* file = std::fopen(argv[1], "rb");
  if (!file) return std::fprintf(stderr, "cannot open %s\n", argv[1]), 2;
  std::vector<double> data;
  for (double x; std::fread(&x, sizeof x, 1, file) == 1;) data.push_back(x);
  std::fclose(file);
  const double wanted = std::atof(argv[2]);
  const int repeats = std::atoi(argv[3]);

  const double* next = data.data();
  Vehicle vehicle;
  const int stages = static_cast<int>(*next++);
  vehicle.stages.assign(next, next + 5 * stages), next += 5 * stages;
  vehicle.payload_mass = *next++, vehicle.payload_beta = *next++, vehicle.rise = *next++, vehicle.pitch = *next++;
  table.floor = *next++, table.fine_top = *next++, table.fine = *next++, table.coarse = *next++, table.n_fine = *next++;
  const size_t rows = static_cast<size_t>(*next++);
  table.rho.assign(next, next + rows), next += rows;
  const size_t n = static_cast<size_t>(*next++);
  std::vector<Launch> launches(n);
  for (Launch& launch : launches) {
    double* into[5] = {launch.r, launch.v, launch.up, launch.aim, launch.impact};
    for (double* vector : into)
      for (int i = 0; i < 3; ++i) vector[i] = *next++;
    launch.t_cut = *next++;
  }

  const double ladder[] = {4, 3, 2.5, 2, 1.75, 1.5, 1.25, 1, 0.9, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05};
  const size_t few = std::min<size_t>(n, 320);
  double h = 0.0, error = 0.0;
  for (double candidate : ladder) {
    h = candidate;
    error = median_error(vehicle, launches, h, few);
    if (error <= wanted) break;
  }
  double least = 1e300;
  for (int k = 0; k < repeats; ++k) {
    const double start = cpu();
    double sink = 0.0;
    for (size_t i = 0; i < n; i += W) {
      double impacts[W][3];
      fly_tile(vehicle, &launches[i], static_cast<int>(std::min<size_t>(W, n - i)), h, impacts);
      sink += impacts[0][0];
    }
    least = std::min(least, cpu() - start + 0.0 * sink);
  }
  std::printf("{\"step\": %g, \"median_error\": %.4f, \"cpu\": %.6f, \"flights\": %zu}\n", h, error, least, n);
  return error <= wanted ? 0 : 1;
}
